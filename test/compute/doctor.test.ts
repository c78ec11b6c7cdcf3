import { afterEach, expect, test, vi } from 'vitest';
import { examineEngines } from '../../lib/compute/doctor.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('of all engines one is taken, and each other says why it is not', async () => {
  const findings = await examineEngines({ backend: 'auto', device: 'auto' });
  expect(findings.map(({ name }) => name)).toEqual([
    'instructions',
    ...['cpu', 'webgpu', 'cuda', 'dml', 'coreml'].map((device) => `onnxruntime ${device}`),
    'tensorflow cuda',
    'tensorflow cpu',
    'js cpu',
  ]);
  const taken = findings.filter(({ state }) => state === 'taken');
  expect(taken.map(({ name }) => name)).toEqual(['onnxruntime cpu']);
  expect(taken[0]!.text).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ cpu \w+, layout nchw/);
  const js = findings.find(({ name }) => name === 'js cpu')!;
  expect(js.state).toBe('idle');
  expect(js.text).toMatch(/works, and is used when params\.engine is \{backend: js, device: cpu\}$/);
  // No platform offers both.
  const [dml, coreml] = ['dml', 'coreml'].map((device) =>
    findings.find(({ name }) => name === `onnxruntime ${device}`),
  );
  expect([dml!.text, coreml!.text].join()).toMatch(/comes without a (dml|coreml) device \(it needs \w+/);
  for (const { text } of findings) expect(text).not.toContain('\n');
});

test('a layout that is not in blocks says why', async () => {
  vi.stubEnv('PIPE_COMPUTE_LAYOUT', 'portable');
  const findings = await examineEngines({ backend: 'auto', device: 'auto' });
  expect(findings.find(({ state }) => state === 'taken')!.text).toMatch(
    /, layout nchw, vectors [^;]+; onnxruntime uses the portable layout: PIPE_COMPUTE_LAYOUT=portable$/,
  );
});

test('where the wanted engine does not start, none is taken', async () => {
  const findings = await examineEngines({ backend: 'js', device: 'cuda' });
  expect(findings[1]).toEqual({
    name: 'engine',
    state: 'absent',
    text: 'none is taken: the js engine has no cuda device',
  });
  expect(findings.filter(({ state }) => state === 'taken')).toEqual([]);
});
