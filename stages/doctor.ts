import { z } from 'zod';
import { defineDoctor } from 'pipewright/stage';
import { examineEngines } from '../lib/compute/doctor.ts';
import { engineParams, enginePrecision, precisions } from '../lib/study/train/params.ts';

/** Which engine the study's tasks take on this machine, and what became of the others. */
export default defineDoctor({
  params: z.looseObject({ engine: engineParams, train: precisions.prefault({}) }),
  examine: ({ engine, train }) => examineEngines({ ...engine, precision: enginePrecision(train) }),
});
