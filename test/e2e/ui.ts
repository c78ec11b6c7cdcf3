import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Project, Running } from './project.ts';

/** A server of a project's page. */
export interface Ui {
  /** `http://127.0.0.1:port/token/` */
  readonly address: string;
  readonly port: number;
  readonly token: string;
  readonly running: Running;
}

export async function startUi(project: Project, ...args: readonly string[]): Promise<Ui> {
  const running = project.start('ui', ...args);
  const out = await running.until('Ctrl-C');
  const [address = '', port = '', token = ''] = /http:\/\/127\.0\.0\.1:(\d+)\/([\w-]+)\//.exec(out) ?? [];
  const ui = { address, port: Number(port), token, running };
  // A run that was started from a page is nobody's child: it must have ended before its project is removed.
  onTestFinished(async () => {
    while (running.child.exitCode === null && running.child.signalCode === null && (await runs(ui)))
      await setTimeout(50);
  });
  return ui;
}

/** Whether a run goes on there. */
async function runs({ port, token }: Ui): Promise<boolean> {
  const { body } = await ask(port, [`GET /${token}/now HTTP/1.1`, `Host: 127.0.0.1:${port}`]);
  const { holder, started } = JSON.parse(body) as {
    holder: object | null;
    started: { state: string } | null;
  };
  return holder !== null || (started !== null && started.state !== 'ended');
}

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends exactly these lines, which no client library would, and gives what came back. */
export function ask(port: number, lines: readonly string[], body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    socket.on('error', reject).on('close', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') });
    });
  });
}
