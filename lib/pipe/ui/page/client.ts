import type { FollowLine, Refused } from '../protocol.ts';

/** Why an answer did not come. */
export class Unanswered extends Error {
  /** Null when nobody answered at all. */
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | null | undefined | readonly string[]>>;

/** The address of something below the page's own, which holds the token. */
export function addressOf(name: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)])
      search.append(key, one);
  }
  // Letters beyond ASCII and blanks are escaped by it, as the server wants.
  const text = search.toString();
  return text === '' ? name : `${name}?${text}`;
}

async function asked(address: string, init: RequestInit): Promise<Response> {
  let response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    throw new Unanswered(null, String(error));
  }
  if (!response.ok) throw new Unanswered(response.status, (await response.text()).trim());
  return response;
}

export async function get<T>(name: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await asked(addressOf(name, query), { ...(signal && { signal }) });
  return (await response.json()) as T;
}

export async function bytesOf(name: string, query: Query): Promise<ArrayBuffer> {
  return (await asked(addressOf(name, query), {})).arrayBuffer();
}

/** Asks for something to be done; gives why it was not, or null. */
export async function post(name: string, value: unknown): Promise<string | null> {
  const headers = { 'Content-Type': 'application/json' };
  try {
    const response = await asked(name, { method: 'POST', headers, body: JSON.stringify(value) });
    return ((await response.json()) as Partial<Refused>).error ?? null;
  } catch (error) {
    if (error instanceof Unanswered && error.status === null) return 'the server does not answer';
    return (error as Error).message;
  }
}

/** Lines of a stream as they come; ends when the stream does, throws when it breaks. */
export async function* lines(query: Query, signal: AbortSignal): AsyncGenerator<FollowLine> {
  const { body } = await asked(addressOf('follow', query), { signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split('\n');
    rest = pieces.pop()!;
    for (const piece of pieces) if (piece !== '') yield JSON.parse(piece) as FollowLine;
  }
}
