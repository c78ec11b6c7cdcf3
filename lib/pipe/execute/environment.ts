import { thisProcessor } from './processor.ts';
import { digestOf, type Digest } from '../digest.ts';
import type { Stage } from '../manifest/manifest.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What every program needs to start; none of it is to change what a task writes. */
const base = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];

/** What says where a machine keeps things, which of its devices to take and how to reach others: passed always. */
const passedAlways = [
  ...['USER', 'LOGNAME', 'SHELL', 'TMP', 'TEMP', 'XDG_*', 'SSH_AUTH_SOCK'],
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

/** The whole environment of a task: that minimum, what is passed always, and what its stage names. */
export function taskEnvironment(
  outer: Variables,
  { env, passEnv }: Pick<Stage, 'env' | 'passEnv'>,
): Record<string, string> {
  const patterns = [...passedAlways, ...passEnv];
  const begins = patterns.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const passed = Object.keys(outer).filter((name) => begins.some((begin) => name.startsWith(begin)));
  return valuesOf(outer, [...base, ...patterns, ...passed, ...env]);
}

/** The part of it that is the caller's word, whatever machine tasks run on: what stages name, language and time zone. */
export function namedEnvironment(
  outer: Variables,
  { env, passEnv }: Pick<Stage, 'env' | 'passEnv'>,
): Record<string, string> {
  const begins = passEnv.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const passed = Object.keys(outer).filter((name) => begins.some((begin) => name.startsWith(begin)));
  return valuesOf(outer, ['LANG', 'TZ', ...passEnv, ...passed, ...env]);
}

/** The part of it that has a say in what is up to date, and the minimum. */
export function decidingEnvironment(outer: Variables, declared: readonly string[]): Record<string, string> {
  return valuesOf(outer, [...base, ...declared]);
}

function valuesOf(outer: Variables, names: readonly string[]): Record<string, string> {
  const pairs = names.map((name) => [name, outer[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

/**
 * The declared variables as the fingerprint has them, which is kept where all may read it: by a digest, the
 * same on every machine, and of another name's equal value another.
 */
export function declaredDigests(
  outer: Variables,
  declared: readonly string[],
): Record<string, Digest | null> {
  return Object.fromEntries(
    declared.map((name) => {
      const value = outer[name];
      return [name, value === undefined ? null : digestOf(`${name}=${value}`)];
    }),
  );
}

/** What an answer about engines and devices may depend on. */
export function machineText(): string {
  return [process.version, process.platform, process.arch, thisProcessor()].join(' ');
}
