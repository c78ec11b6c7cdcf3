import type { Json } from '../json.ts';
import type { Reason } from '../plan/reason.ts';
import { shortDigest } from './quantity.ts';

/** A reason to run in full, on one line. `stored`: the outputs are to come from the store. */
export function reasonText(reason: Reason, stored = false): string {
  if (reason.reason !== 'input') return reasonKind(reason, stored);
  const maker = reason.task === null ? '' : ` (made by ${reason.task})`;
  return `input ${reason.input}: ${reason.path} ${transition(reason, shortDigest)}${maker}`;
}

/** The same without what differs between tasks of one stage, so that forty of them become one line. */
export function reasonKind(reason: Reason, stored = false): string {
  switch (reason.reason) {
    case 'never-built':
      return 'never built';
    case 'forced':
      return 'forced';
    case 'always':
      return 'its stage runs always';
    case 'parameter':
      return `parameter ${reason.path} ${transition(reason, jsonText)}`;
    case 'input':
      return reason.task === null
        ? `input ${reason.input}: ${reason.path} ${change(reason)}`
        : `input ${reason.input} ${change(reason)} (made by ${stageOf(reason.task)})`;
    case 'code':
      return codeText(reason);
    case 'command':
      return `command changed: ${oneLine(reason.before)} -> ${oneLine(reason.after)}`;
    case 'package':
      return `package ${reason.name} ${transition(reason, String)}`;
    case 'toolchain':
      return `toolchain ${reason.name} ${transition(reason, String)}`;
    case 'environment':
      return `environment variable ${reason.name} ${change(reason)}`;
    case 'outputs-declared':
      return 'the declared outputs changed';
    case 'unchecked':
      return 'its stage has a mistake, and whether anything changed is not known';
    case 'temp-needed':
      return `${reason.path}, which is temporary and gone, is needed by ${reason.by}`;
    case 'output-lost':
      return `${reason.path} is gone or was edited${stored ? '' : ', and the store no longer has it'}`;
  }
}

/** `code changed: lib/net.py (Net.forward), lib/data.py`. */
function codeText({ before, after, files, parts = {} }: Extract<Reason, { reason: 'code' }>): string {
  if (before === undefined) return 'its code is followed from now on';
  if (after === undefined) return 'its code is no longer followed';
  const shown = files.map((file) => {
    const names = parts[file] ?? [];
    const more = names.length > mostParts ? `, and ${names.length - mostParts} more` : '';
    return names.length === 0 ? file : `${file} (${names.slice(0, mostParts).join(', ')}${more})`;
  });
  return shown.length === 0 ? 'code changed' : `code changed: ${shown.join(', ')}`;
}

/** Functions of a file that are named. */
const mostParts = 4;

/** The stage of a task id: what stands before the point on its axes. */
export function stageOf(task: string): string {
  return task.split('@', 1)[0]!;
}

interface Change<T> {
  readonly before?: T;
  readonly after?: T;
}

function change({ before, after }: Change<unknown>): string {
  if (before === undefined) return after === undefined ? 'changed' : 'added';
  return after === undefined ? 'removed' : 'changed';
}

function transition<T>({ before, after }: Change<T>, show: (value: T) => string): string {
  if (before === undefined) return after === undefined ? 'changed' : `added: ${show(after)}`;
  return after === undefined ? `removed (was ${show(before)})` : `changed: ${show(before)} -> ${show(after)}`;
}

function jsonText(value: Json): string {
  return shortened(JSON.stringify(value), 60);
}

function oneLine(command: string): string {
  return `'${shortened(command.trim().replace(/\s*\n\s*/g, '; '), 60)}'`;
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
