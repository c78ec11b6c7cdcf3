import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from '../pipe/store/temporary.ts';
import { newProject, type Project } from './project.ts';

const repository = resolve(import.meta.dirname, '../..');
const rights = process.getuid?.() === 0 ? '-m' : '-rm';
/** Whether a process can be kept from seeing a directory; where not, jobs could look, and only do not. */
const hides = spawnSync('unshare', [rights, 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;

/** A project here, and what its jobs have in its place: a directory with packages. */
export interface Apart {
  readonly project: Project;
  /** What the nodes have. */
  readonly there: string;
  /** Numbers that tasks wrote when they ran. */
  readonly ran: () => string[];
  /** Jobs that still run. */
  readonly alive: () => number;
  /** How many jobs were asked for. */
  readonly asked: () => number;
}

type Files = Readonly<Record<string, string>>;

/** The files with a directory of the nodes in the place of `THERE`. */
export function within(files: Files, there: string): Files {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text.replaceAll('THERE', there)] as const),
  );
}

/**
 * A project and a directory of nodes with its packages alone. `settings`: the remote cache, and the keys of the site
 * `far`, for which it is given words that run a script of the shell where the project is an empty directory.
 */
export function nodesApart(
  files: Files,
  env: Files,
  settings: (hidden: string) => Files,
): { readonly project: Project; readonly there: string } {
  const there = temporaryDirectory();
  symlinkSync(join(repository, 'node_modules'), join(there, 'node_modules'));
  const project = newProject(within(files, there), env);
  const empty = `mount -t tmpfs none ${project.directory} && exec sh "$0"`;
  const { remote, ...keys } = settings(hides ? `unshare ${rights} sh -c '${empty}'` : 'sh');
  const site = { project: there, node: process.execPath, ...keys };
  project.write(
    'pipe.local.yaml',
    JSON.stringify({ remote: { url: remote, write: true }, sites: { far: site } }),
  );
  return { project, there };
}

/**
 * The same with an engine of three shell scripts. With a variable `WAIT`, jobs do not begin before there is a file `go`
 * in the nodes' directory.
 */
export function startApart(files: Files, cache: string, env: Files = {}): Apart {
  const engine = temporaryDirectory();
  let hidden = '';
  const { project, there } = nodesApart(files, env, (words) => {
    hidden = words;
    const commands = ['submit', 'status', 'cancel'].map((name) => [name, `sh ${engine}/${name}.sh`] as const);
    return { remote: cache, engine: 'command', ...Object.fromEntries(commands) };
  });
  writeFileSync(join(engine, 'next'), '100');
  writeFileSync(join(engine, 'asked'), '');
  writeFileSync(
    join(engine, 'submit.sh'),
    `cd ${engine}; id=$(cat next); echo $((id + 1)) >next; cat >$id.job; echo $PIPE_NAME >>asked
cat >$id.sh <<END
until [ -z "$WAIT" ] || [ -e ${there}/go ]; do sleep 0.1; done; exec ${hidden.replace('"$0"', '"\\$0"')} ${engine}/$id.job
END
cd /; setsid sh ${engine}/$id.sh >"$PIPE_LOG" 2>&1 </dev/null &
echo $! >${engine}/$id.pid; echo $id
`,
  );
  const each = (what: string) => `cd ${engine}; for id in $PIPE_IDS; do ${what}; done; true\n`;
  writeFileSync(join(engine, 'status.sh'), each('kill -0 $(cat $id.pid) 2>/dev/null && echo $id RUNNING'));
  writeFileSync(join(engine, 'cancel.sh'), each('kill -TERM -$(cat $id.pid) 2>/dev/null'));
  const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).sort();
  return {
    project,
    there,
    ran: () => (readdirSync(there).includes('ran') ? lines(join(there, 'ran')) : []),
    asked: () => lines(join(engine, 'asked')).length,
    alive: () =>
      readdirSync(engine).filter((name) => {
        if (!name.endsWith('.pid')) return false;
        try {
          process.kill(Number(readFileSync(join(engine, name), 'utf8')), 0);
          return true;
        } catch {
          return false;
        }
      }).length,
  };
}
