import { similarities, type StudyData } from './data.ts';
import { axes, type Beside, inRun, initialState, placeOfEpoch, type State, views } from './state.ts';

/** A run's name in the address: what no other run shares with it. */
export function runName({ runs }: StudyData, run: number): string {
  const { point } = runs[run]!;
  const differ = Object.keys(point).filter((axis) => new Set(runs.map((each) => each.point[axis])).size > 1);
  return differ.map((axis) => `${axis}=${point[axis]}`).join(',') || 'only';
}

/** The state as the part of the address behind its `#`. */
export function toAddress(state: State, study: StudyData): string {
  const run = study.runs[state.run];
  if (!run) return '';
  const written = new URLSearchParams({
    run: runName(study, state.run),
    image: String(run.images[state.image]?.index ?? ''),
    epoch: String(state.epoch),
    method: run.methods[state.method]?.name ?? '',
    view: state.view,
    ...(state.beside.kind !== 'nothing' && { beside: besideName(state.beside, study, state.run) }),
    ...(state.common && { scale: 'common' }),
    ...(state.similarity !== 'mssim' && { score: state.similarity }),
    ...(state.figures !== initialState(study).figures && { figures: state.figures }),
    ...(state.axis !== initialState(study).axis && { axis: state.axis }),
  });
  return written.toString();
}

/** What an address asks for; what is not in this page, or not there, as it is at first. */
export function fromAddress(text: string, study: StudyData): State {
  const first = initialState(study);
  const asked = new URLSearchParams(text);
  const named = study.runs.findIndex((_, run) => runName(study, run) === asked.get('run'));
  const state = study.runs.length > 0 ? inRun(first, study, Math.max(0, named)) : first;
  const run = study.runs[state.run];
  if (!run) return first;
  const image = run.images.findIndex(({ index }) => String(index) === asked.get('image'));
  const method = run.methods.findIndex(({ name }) => name === asked.get('method'));
  const epoch = Number(asked.get('epoch') ?? NaN);
  return {
    ...state,
    image: image < 0 ? state.image : image,
    method: method < 0 ? state.method : method,
    epoch: Number.isFinite(epoch) ? run.epochs[placeOfEpoch(run, epoch)]! : state.epoch,
    view: views.find((view) => view === asked.get('view')) ?? state.view,
    beside: besideNamed(asked.get('beside') ?? '', study, state.run),
    common: asked.get('scale') === 'common',
    similarity: similarities.find((name) => name === asked.get('score')) ?? state.similarity,
    figures: study.figures.find(({ variant }) => variant === asked.get('figures'))?.variant ?? state.figures,
    axis: axes.find((axis) => axis === asked.get('axis')) ?? state.axis,
  };
}

export function besideName(beside: Beside, study: StudyData, run: number): string {
  switch (beside.kind) {
    case 'nothing':
      return '';
    case 'epoch':
      return `epoch:${beside.value}`;
    case 'run':
      return `run:${runName(study, beside.value)}`;
    case 'method':
      return `method:${study.runs[run]!.methods[beside.value]?.name ?? ''}`;
  }
}

export function besideNamed(name: string, study: StudyData, run: number): Beside {
  const [kind, ...rest] = name.split(':');
  const value = rest.join(':');
  const found = (place: number, as: 'epoch' | 'run' | 'method'): Beside =>
    place < 0 ? { kind: 'nothing' } : { kind: as, value: place };
  const { epochs, methods } = study.runs[run]!;
  if (kind === 'epoch') return found(epochs.includes(Number(value)) ? Number(value) : -1, kind);
  if (kind === 'run')
    return found(
      study.runs.findIndex((_, at) => runName(study, at) === value),
      kind,
    );
  if (kind === 'method')
    return found(
      methods.findIndex((method) => method.name === value),
      kind,
    );
  return { kind: 'nothing' };
}
