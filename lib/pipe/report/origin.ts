import type { RunEvent } from '../run/event.ts';

type Started = Extract<RunEvent, { type: 'run-started' }>;

/** The profile, or the experiment that a run was of. */
export function buildName({ profile, origin }: Started): string {
  return origin?.experiment ?? profile;
}

/** As git shortens it; with a plus when files were other than committed. */
export function shortRevision({ origin }: Started): string {
  const revision = origin?.revision ?? null;
  if (revision === null) return '';
  return `${revision.commit.slice(0, 8)}${revision.dirty === true ? '+' : ''}`;
}

/** What a run was, before what it did is shown again. */
export function originLines(events: readonly RunEvent[]): string[] {
  const started = events.find((event) => event.type === 'run-started');
  if (started?.origin === undefined) return [];
  const { profile, host, origin } = started;
  const { set, experiment, engine, revision } = origin;
  const changed = { true: ', with changes that were not committed', false: '', null: ', changes unknown' };
  const rows: [string, string][] = [
    ['run', started.run],
    ...(experiment === null ? [] : [['experiment', experiment] satisfies [string, string]]),
    ['profile', profile],
    ...set.map((argument): [string, string] => ['set', argument]),
    ['revision', revision === null ? 'unknown' : revision.commit + changed[`${revision.dirty}`]],
    ['pipe', `${engine}${host === undefined ? '' : ` on ${host}`}`],
  ];
  return [...rows.map(([name, value]) => `${name.padEnd(12)}${value}`), ''];
}
