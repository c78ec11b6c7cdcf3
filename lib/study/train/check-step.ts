import type { Precision } from '../../compute/program.ts';

/** What a step came to. */
export interface StepOutcome {
  readonly loss: number;
  /** Its gradients were not finite. */
  readonly skipped: boolean;
  /** What the loss was multiplied by; 1 where it is not scaled. */
  readonly scale: number;
}

/** Where a step skipped at so small a scale shows that no scale will do. */
const LEAST_SCALE = 2 ** -24;

/** Throws where training cannot go on. `place` says at which step. */
export function checkStep({ loss, skipped, scale }: StepOutcome, place: string, precision: Precision): void {
  const remedies = 'lower the learningRate of its recipe, or raise its schedule.warmUp';
  const diverged = (what: string): Error =>
    new Error(
      `training diverged: ${what} ${place}; ${remedies}` +
        (precision === 'mixed' ? ', or take params.train.precision: float32' : ''),
    );
  if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`);
  if (skipped && scale < LEAST_SCALE)
    throw diverged(`no scale of the loss, down to ${scale}, gives finite gradients`);
}
