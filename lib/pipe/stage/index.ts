/** What a stage module declares and receives: what it imports as `pipewright/stage`. */
export { BadInput, defineStage } from './define.ts';
export type {
  Axes,
  InputFile,
  InputKind,
  Inputs,
  Parameters,
  Stage,
  StageDefinition,
  StageTask,
} from './define.ts';
export { defineDoctor } from './doctor.ts';
export type { DoctorDefinition, Finding } from './doctor.ts';
export type { OutputOf, Schema } from './schema.ts';
