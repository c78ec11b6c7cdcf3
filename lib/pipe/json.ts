/** A value of JSON, as parameters, axis values and log records hold them. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isMapping(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** What a record itself holds under a name: not what every object has, `constructor` and others. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** What an axis of a matrix or a scan may hold. */
export type Scalar = string | number | boolean;

/** A task's place on the axes of its stage: axis name → value. */
export type Point = Readonly<Record<string, Scalar>>;

/**
 * The one canonical text of a JSON value: keys sorted by code unit, no white space, numbers as
 * ECMAScript prints them. Equal values give equal text, whatever order their keys came in.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const object = value as JsonObject;
    const fields = Object.keys(object)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key]!)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}
