import { setFlagsFromString } from 'node:v8';

/** Of Node 20's V8: so many bytes of bytecode a function runs before it is looked at for optimizing. */
const usual = 67_584;
/** Seconds of processor time after which a process is no short one. */
const short = 4;

/**
 * Node 20 makes fast code of functions so early that a run of a thousand tasks spends a seventh of its processor
 * time on that, and ends before it pays. Later versions wait by themselves, and know no such setting.
 */
export function compileLater(): void {
  if (!process.versions.v8.startsWith('11.')) return;
  setFlagsFromString(`--interrupt-budget=${usual * 10}`);
  const looking = setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1e6 < short) return;
    setFlagsFromString(`--interrupt-budget=${usual}`);
    clearInterval(looking);
  }, 500);
  looking.unref();
}
