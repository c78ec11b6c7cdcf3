import type { KeyGuide } from './key-guide.ts';

/** Of how the tasks of a stage are run: what they hold, what they are told, when they are given up. */
export const runningGuide: Readonly<Record<string, KeyGuide>> = {
  'stages.*.resources': {
    default: {},
    more: 'Tasks run side by side as long as they fit into what there is: the machine’s, or what `pipe run --jobs`, `--gpus` and `--memory` say. Beside the keys below, any that `resources` at the top of the file names. A task that asks for more than there ever is, of anything but threads, is told by `pipe status`, and `pipe run` refuses to start it. Part of no fingerprint.',
    examples: ['resources: { threads: 4, gpus: 1 }', 'resources: { memory: 4 GB }'],
    mistakes: ['resources: { cpus: 4 }'],
  },
  'stages.*.resources.threads': {
    default: 1,
    more: 'A task that asks for more than there are is given all; `$PIPE_THREADS`, or `threads` of a module’s task, says how many.',
    examples: ['resources: { threads: 4 }'],
    mistakes: ['resources: { threads: 0 }', 'resources: { threads: 1.5 }'],
  },
  'stages.*.resources.gpu': {
    default: 0,
    more: 'Tasks with a share each use one together: `0.5`. More than 1 is 1. Each is given the GPU of which the least is held, as `CUDA_VISIBLE_DEVICES`. Where none is known of, all share one without a name.',
    examples: ['resources: { gpu: 0.5 }'],
    mistakes: ['resources: { gpu: -1 }'],
  },
  'stages.*.resources.gpus': {
    default: 0,
    more: 'They are its own: no other task holds them meanwhile. A command sees them as `CUDA_VISIBLE_DEVICES`, a module is told as `devices`, too. There are as many as the caller’s `CUDA_VISIBLE_DEVICES` names, else as there are files `/dev/nvidia0`, `/dev/nvidia1` …; `pipe run --gpus N` takes the first so many.',
    examples: ['resources: { gpus: 2 }'],
    mistakes: ['resources: { gpus: 0.5 }', 'resources: { gpu: 0.5, gpus: 1 }'],
  },
  'stages.*.resources.memory': {
    default: 0,
    more: 'Units are `B`, `KB`, `MB`, `GB`, `TB` of 1000 and `KiB`, `MiB`, `GiB`, `TiB` of 1024. It is what the task is counted with, not a limit that is enforced. There is what the machine has, or its container is held to; `pipe run --memory 8GB` says otherwise. Of a list, this is the first; on a [cluster](cluster.md), where it is a limit, a task that needed more gets the next.',
    examples: ['resources: { memory: 4 GB }', 'resources: { memory: [4 GB, 16 GB, 64 GB] }'],
    mistakes: ['resources: { memory: much }', 'resources: { memory: -1 }'],
  },
  'stages.*.resources.time': {
    otherwise: 'what the site says',
    more: 'Units are `s`, `min`, `h` and `d`. Counts on a [cluster](cluster.md) only; `timeout` counts everywhere. Of a list, a task that took longer gets the next.',
    examples: ['resources: { time: 2 h }', 'resources: { time: [1 h, 8 h] }'],
    mistakes: ['resources: { time: long }', 'resources: { time: -1 }'],
  },
  'stages.*.env': {
    default: [],
    more: 'Only a digest of each value is kept, in `pipe.lock` and elsewhere; a short value can be guessed from it. Beside these and `passEnv`, a task has `PATH`, `HOME`, `TMPDIR`, `LANG`, `TZ` and what `passEnv` says is passed always.',
    examples: ['env: [LC_ALL, MODEL_REVISION]'],
    mistakes: ['env: { A: 1 }', 'env: [MY-NAME]'],
  },
  'stages.*.passEnv': {
    default: [],
    more: 'A name may end in `*`. Passed always, and without a say: `USER`, `LOGNAME`, `SHELL`, `TMP`, `TEMP`, `XDG_*`, `SSH_AUTH_SOCK`; proxies (`HTTP_PROXY`, `https_proxy`, `NO_PROXY` …) and certificates (`SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` …); `CUDA_VISIBLE_DEVICES`, `CUDA_HOME` and their like of NVIDIA and AMD; `LD_LIBRARY_PATH`, `VIRTUAL_ENV`, `CONDA_PREFIX`; `HF_HOME`, `TORCH_HOME`, `KERAS_HOME`, `NLTK_DATA`, `PIP_CACHE_DIR` and other caches.',
    examples: ['passEnv: [HF_TOKEN, AWS_*]'],
    mistakes: ['env: [TOKEN]\npassEnv: [TOKEN]', 'passEnv: HF_TOKEN'],
  },
  'stages.*.timeout': {
    otherwise: 'no limit',
    more: 'The task has failed then. It is told by SIGTERM, and killed if it is still there soon after: a command after five seconds, a module after one. Part of no fingerprint.',
    examples: ['timeout: 3600'],
    mistakes: ['timeout: 0', 'timeout: 1h'],
  },
  'stages.*.after': {
    otherwise: 'none',
    more: 'Each task waits for those of the other stage that have its values on the axes that both have; for all of them where they share none. They run with it, as what it reads does. That one of them ran again is no reason to run: what decides are its own inputs, files that the other one changed among them; those have to be there before the run, as outputs need not. Part of no fingerprint.',
    examples: ['after: [data]'],
    mistakes: ['after: [nothing]', 'after: prepare'],
  },
  'stages.*.always': {
    default: false,
    more: 'For what the file cannot know of: a download, the state of a service. It runs once a run in which it is asked for, as with `--force`; what reads it runs only if it comes out otherwise. `pipe run --watch` runs it at every change. Part of no fingerprint.',
    examples: ['always: true', 'always: ${draw}'],
    mistakes: ['always: yes'],
  },
  'stages.*.retries': {
    default: 0,
    more: 'Input that a stage refuses (`BadInput`) and a full disk are not tried again. Part of no fingerprint.',
    examples: ['retries: 2'],
    mistakes: ['retries: -1', 'retries: twice'],
  },
};
