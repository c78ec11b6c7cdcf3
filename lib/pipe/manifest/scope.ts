import { isMapping, type JsonObject } from '../json.ts';
import { valueUnder } from './choice.ts';

/** Under what stands a parameter that is asked for in a scope by its first name: it is looked for from the inside out. */
export function scopeOf(first: string, scope: readonly string[], params: JsonObject): readonly string[] {
  for (let length = scope.length; length > 0; length--) {
    const outer = scope.slice(0, length);
    const found = valueUnder(params, outer);
    if (found.type === 'value' && isMapping(found.value) && Object.hasOwn(found.value, first)) return outer;
  }
  return [];
}

/** What a reference in a scope can name, as it is named there. */
export function visibleIn(scope: readonly string[], params: JsonObject): JsonObject {
  return scope.reduce((visible, _, position) => {
    const found = valueUnder(params, scope.slice(0, position + 1));
    return found.type === 'value' && isMapping(found.value) ? { ...visible, ...found.value } : visible;
  }, params);
}
