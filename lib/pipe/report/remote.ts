import type { RemoteUse, RunEvent } from '../run/event.ts';
import type { Trouble } from '../remote/trouble.ts';
import { bytes, count } from './quantity.ts';

type RemoteTrouble = Extract<RunEvent, { type: 'remote-trouble' }>;

/** What is wrong with a remote cache, what follows, and what to do. */
export function remoteTroubleText({
  cache,
  doing,
  stopped,
  trouble,
}: Omit<RemoteTrouble, 'type' | 'at'>): string {
  const follows = doing === 'read' ? 'what it has is computed here' : 'results stay here';
  const then = stopped
    ? `; until the end it is not ${doing === 'read' ? 'read' : 'written to'}: ${follows}`
    : '';
  return `${cache} ${troubleText(trouble)}${then}`;
}

export function troubleText(trouble: Trouble): string {
  switch (trouble.reason) {
    case 'denied':
      return `denies access (${trouble.status}${trouble.code === undefined ? '' : ` ${trouble.code}`}); look at its credentials: \`pipe doctor\` says which are taken`;
    case 'no-credentials':
      return 'wants keys, and none are found: `pipe doctor` says where they were looked for';
    case 'unreachable':
      return `cannot be reached (${trouble.code})`;
    case 'certificate':
      return `has a certificate that is not trusted, or wants one (${trouble.code}); \`ca:\` names the authority, \`certificate:\` one's own`;
    case 'stalled':
      return `hangs: nothing came or went for ${trouble.seconds} s`;
    case 'slow':
      return `is slow: after ${trouble.seconds} s, computing is as fast`;
    case 'cut-off':
      return 'broke off a transfer';
    case 'full':
      return `is full (${trouble.status})`;
    case 'too-large':
      return `does not take a file of ${bytes(trouble.size)} (${trouble.status})`;
    case 'redirected':
      return `sends elsewhere, to ${trouble.to}, and is not followed; give that address, or that \`region:\``;
    case 'answered':
      return `answered with status ${trouble.status}${trouble.code === undefined ? '' : ` ${trouble.code}`}`;
    case 'mismatch':
      return `has other bytes under ${trouble.digest} than its digest says; they are not used`;
    case 'malformed':
      return `has an entry under ${trouble.fingerprint} that is none of this task; it is not used`;
    case 'blob-missing':
      return `lacks ${trouble.digest}, which an entry names`;
  }
}

/** What a run had of the remote cache; null where that is nothing. */
export function remoteUseText({
  downloaded,
  bytesDown,
  uploaded,
  bytesUp,
  left,
  ungiven,
}: RemoteUse): string | null {
  const parts = [
    ...(downloaded > 0 ? [`${count(downloaded, 'file')} from there (${bytes(bytesDown)})`] : []),
    ...(left > 0 ? [`${count(left, 'output')} left there (\`pipe pull\` brings them)`] : []),
    ...(uploaded > 0 ? [`${count(uploaded, 'result')} given (${bytes(bytesUp)})`] : []),
    ...(ungiven > 0 ? [`${count(ungiven, 'result')} could not be given (\`pipe push\` does it later)`] : []),
  ];
  return parts.length === 0 ? null : `remote cache: ${parts.join(', ')}`;
}
