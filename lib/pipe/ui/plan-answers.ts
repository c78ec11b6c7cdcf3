import { parentPort } from 'node:worker_threads';
import type { NumberedAnswer, NumberedQuestion, PlanQuestion } from './planner.ts';
import type { Plans } from './plans.ts';

/** The inside of the thread that plans. */
export function answerPlans(plans: Plans): void {
  const port = parentPort!;
  port.on('message', ({ number, question }: NumberedQuestion) => {
    void answer(plans, question).then(
      (value) => {
        port.postMessage({ number, value } satisfies NumberedAnswer);
      },
      (error: unknown) => {
        port.postMessage({ number, problem: (error as Error).message } satisfies NumberedAnswer);
      },
    );
  });
}

async function answer(plans: Plans, question: PlanQuestion): Promise<unknown> {
  switch (question.type) {
    case 'view':
      return plans.view(question.asked, question.again);
    case 'reasons':
      return plans.reasons(question.asked, question.index);
  }
}
