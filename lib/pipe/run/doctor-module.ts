import type { z } from 'zod';
import type { DoctorDefinition, Finding } from '../../stage/doctor.ts';
import type { JsonObject } from '../json.ts';

export type AnyDoctor = DoctorDefinition<z.ZodType>;

/** What the project's doctor says, or an error that names the parameters it refuses. */
export async function examineMachine(doctor: AnyDoctor, params: JsonObject): Promise<readonly Finding[]> {
  const parsed = doctor.params.safeParse(params);
  if (parsed.success) return doctor.examine(parsed.data);
  const issues = parsed.error.issues.map(
    ({ path, message }) => `${['params', ...path].join('.')}: ${message}`,
  );
  throw new Error(issues.join('\n'));
}
