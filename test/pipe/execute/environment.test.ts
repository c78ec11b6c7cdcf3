import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import {
  decidingEnvironment,
  declaredDigests,
  machineText,
  taskEnvironment,
} from '../../../lib/pipe/execute/environment.ts';

/** What a program needs to start. */
const base = { PATH: '/bin', HOME: '/home', TMPDIR: '/tmp', LANG: 'C', TZ: 'UTC' };
/** What a user expects that tasks see, and that decides nothing. */
const passed = [
  ...['USER', 'LOGNAME', 'SHELL', 'TMP', 'TEMP', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
  ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'CUDA_HOME', 'CUDA_PATH', 'CUDA_CACHE_PATH'],
  ...['NVIDIA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'ROCM_PATH'],
  ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV'],
  ...['HF_HOME', 'HF_HUB_CACHE', 'HF_DATASETS_CACHE', 'HF_ENDPOINT', 'HF_HUB_OFFLINE', 'TRANSFORMERS_CACHE'],
  ...['TORCH_HOME', 'KERAS_HOME', 'TFHUB_CACHE_DIR', 'NLTK_DATA', 'MPLCONFIGDIR'],
  ...['PIP_CACHE_DIR', 'UV_CACHE_DIR', 'R_LIBS_USER', 'JULIA_DEPOT_PATH'],
];
const outer = {
  ...base,
  ...Object.fromEntries(passed.map((name) => [name, `of ${name}`])),
  ...{ SECRET: 's', HF_TOKEN: 't', XDG: 'x', MY_A: '1', MY_B: '2', UNSET: undefined },
};

describe('the environment of a task', () => {
  test('is the minimum and what is passed always; nothing else of the caller’s', () => {
    const env = taskEnvironment(outer, { env: [], passEnv: [] });
    expect(Object.keys(env).sort()).toEqual([...Object.keys(base), ...passed].sort());
    for (const [name, value] of Object.entries(env)) expect(value).toBe(outer[name as 'PATH']);
  });

  test('has what its stage declares or passes, by name or by how names begin, where it is set', () => {
    const env = taskEnvironment(outer, { env: ['SECRET', 'NONE'], passEnv: ['HF_TOKEN', 'MY_*', 'UNSET'] });
    expect(env).toMatchObject({ SECRET: 's', HF_TOKEN: 't', MY_A: '1', MY_B: '2' });
    for (const name of ['NONE', 'UNSET', 'XDG', 'MY_*']) expect(env).not.toHaveProperty([name]);
  });

  test('as far as it decides is the minimum and what is declared', () => {
    expect(decidingEnvironment(outer, ['SECRET', 'UNSET'])).toEqual({ ...base, SECRET: 's' });
  });
});

test('the fingerprint has a digest of each declared variable with its name, and null for one that is not set', () => {
  expect(declaredDigests({ A: 'x', B: 'x', EMPTY: '' }, ['A', 'B', 'EMPTY', 'UNSET'])).toEqual({
    A: digestOf('A=x'),
    B: digestOf('B=x'),
    EMPTY: digestOf('EMPTY='),
    UNSET: null,
  });
});

test('what is known of a machine’s engines holds for this Node, system and processor', () => {
  expect(machineText()).toContain(`${process.version} ${process.platform} ${process.arch} `);
});
