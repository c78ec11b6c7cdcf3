import type { RunEvent } from '../run/event.ts';

/** What there is to say of a site: of a job that is gone, or as it is. */
export function siteText(event: Extract<RunEvent, { type: 'site-note' | 'job-lost' }>): string {
  if (event.type === 'site-note') return event.message;
  return `${event.task}: its job ${event.job} ended without an answer (${event.state}); it goes into another`;
}
