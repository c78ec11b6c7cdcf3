import type { ColourMap } from '../../figure/sheet/colour-map.ts';

/** A heat map as levels, a byte a pixel, in base64 and not deflated: all maps of a size take as many letters. */
export interface MapPicture {
  readonly height: number;
  readonly width: number;
  readonly colours: ColourMap;
  readonly levels: string;
}

/** An image: a byte a channel, in base64. */
export interface ImagePicture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly bytes: string;
}

/** Which of two maps explains better; nothing here says which is which. */
export interface PairTrial {
  readonly kind: 'pair';
  /** The class that both maps are of. */
  readonly class: string;
  readonly image: ImagePicture;
  readonly left: MapPicture;
  readonly right: MapPicture;
}

/** Which class a map is of. */
export interface ClassTrial {
  readonly kind: 'class';
  readonly map: MapPicture;
  readonly choices: readonly string[];
}

export type Trial = PairTrial | ClassTrial;

/** All that the page has. */
export interface SurveyData {
  /** A digest of the trials, which answers and key carry, too. */
  readonly survey: string;
  /** Steps that a map's values can take. */
  readonly levels: number;
  readonly trials: readonly Trial[];
}

export type PairAnswer = 'left' | 'same' | 'right';

/** What was answered: a side, or the place of a class among the choices. */
export type Answer = PairAnswer | number;

export interface GivenAnswer {
  readonly answer: Answer;
  /** From when the trial came into view. */
  readonly milliseconds: number;
}

/** What the page keeps, and what is saved as a file. */
export interface AnswerSheet {
  readonly survey: string;
  /** A number that the page drew: whose answers these are, and nothing else of them. */
  readonly person: string;
  /** By trial; null where there is no answer yet. */
  readonly answers: readonly (GivenAnswer | null)[];
}
