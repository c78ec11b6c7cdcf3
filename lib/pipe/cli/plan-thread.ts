import { workerData } from 'node:worker_threads';
import type { Layout } from '../store/layout.ts';
import { Pipelines } from '../ui/pipelines.ts';
import { answerPlans } from '../ui/plan-answers.ts';
import { Plans } from '../ui/plans.ts';
import { contextOf } from './context.ts';
import { readingOf } from './reading.ts';

/** The entry of the thread in which `pipe ui` plans; it is given where the project and its caches lie. */
const layout = workerData as Layout;
answerPlans(new Plans(new Pipelines(layout, readingOf(contextOf(layout.project, true), layout))));
