import { z } from 'zod';
import { pointSchema } from '../score/axes.ts';

const side = z.enum(['left', 'right']);
const checkpoint = z.enum(['early', 'late']);

/** What a trial is about: `item` numbers what is asked, so that a repeat has the number of what it repeats. */
const about = {
  item: z.int(),
  method: z.string(),
  group: z.string(),
  run: z.int(),
  /** The image's number in the data set. */
  image: z.int(),
};

const trialKey = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('preference'), ...about, early: side, repeat: z.boolean() }),
  /** Twice the same map: nothing is to be seen between them. */
  z.strictObject({ kind: z.literal('identical'), ...about, checkpoint }),
  /** A map of another image beside the image's own. */
  z.strictObject({ kind: z.literal('other'), ...about, checkpoint, own: side, other: z.int() }),
  /** Which class the map is of; `right` is its place among `choices`. */
  z.strictObject({
    kind: z.literal('class'),
    ...about,
    checkpoint,
    right: z.int(),
    choices: z.int(),
  }),
]);

/** Which side is which, kept apart from the page. */
export const surveyKey = z.strictObject({
  survey: z.string(),
  seed: z.int(),
  runs: z.array(
    z.strictObject({
      point: pointSchema,
      /** The epochs whose maps were shown. */
      early: z.int(),
      late: z.int(),
      /** SHA-256 of the packed maps. */
      maps: z.string(),
    }),
  ),
  trials: z.array(trialKey),
});

export type SurveyKey = z.output<typeof surveyKey>;
export type TrialKey = SurveyKey['trials'][number];
export type Side = z.output<typeof side>;
export type CheckpointName = z.output<typeof checkpoint>;

export function otherSide(of: Side): Side {
  return of === 'left' ? 'right' : 'left';
}
