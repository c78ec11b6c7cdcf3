import type { DoctorDefinition, Finding } from '../stage/doctor.ts';
import type { Schema } from '../stage/schema.ts';
import type { JsonObject } from '../json.ts';
import { checked, pathOf } from './checked.ts';

export type AnyDoctor = DoctorDefinition<Schema>;

/** What the project's doctor says, or an error that names the parameters it refuses. */
export async function examineMachine(doctor: AnyDoctor, params: JsonObject): Promise<readonly Finding[]> {
  const result = await checked(doctor.params, params);
  if (result.issues === undefined) return doctor.examine(result.value);
  const issues = result.issues.map((issue) => `${['params', ...pathOf(issue)].join('.')}: ${issue.message}`);
  throw new Error(issues.join('\n'));
}
