import type { ColourMap } from '../../figure/sheet/colour-map.ts';
import type { CurveGrid } from '../../figure/curve/curve-grid.ts';
import type { Point } from '../../score/axes.ts';
import type { ResultRow } from '../../survey/results.ts';

/** A number, or null where it is not defined. */
export type Value = number | null;

/** A heat-map method in one run. */
export interface MethodData {
  readonly name: string;
  readonly label: string;
  readonly height: number;
  readonly width: number;
  readonly colours: ColourMap;
  /** False where all images that are explained for one class have one map; null where that cannot be told. */
  readonly dependsOnImage: boolean | null;
}

/** An image that was explained. */
export interface ImageData {
  /** Its number in the source: its name. */
  readonly index: number;
  /** Class numbers: what it is scored on, and what the source says it shows. */
  readonly label: number;
  readonly drawn: number;
  readonly group: string;
  readonly rank: number;
  /** By place: the class it is taken for, the probability of its label, entropy in nats. */
  readonly predicted: readonly number[];
  readonly probability: readonly number[];
  readonly entropy: readonly Value[];
}

export const similarities = ['mssim', 'spearman'] as const;
export type Similarity = (typeof similarities)[number];

/** Where a chunk of packed maps lies: the image whose block it is in, and its line there. */
export type ChunkPlace = readonly [block: number, line: number];

/** One trained run: what the page knows of it besides the packed maps. */
export interface RunData {
  readonly point: Point;
  readonly seed: number;
  /** Data set and model; and what else it shares with the runs of other seeds. */
  readonly setting: string;
  readonly variant: { readonly key: string; readonly label: string };
  readonly classes: readonly string[];
  /** The last epoch of training, and the one of early stopping. */
  readonly trained: number;
  readonly stop: number;
  /** Epochs at which it was explained, early stopping among them: the places of the slider. */
  readonly epochs: readonly number[];
  /** Of the images: height, width, channels. */
  readonly size: readonly [height: number, width: number, channels: number];
  /** `[image, height, width, channels]`, deflated, base64. */
  readonly pixels: string;
  readonly images: readonly ImageData[];
  readonly methods: readonly MethodData[];
  /** Similarity to early stopping by image, method and place; null where a map is constant. */
  readonly scores: Readonly<Record<Similarity, readonly (readonly (readonly Value[])[])[]>>;
  /** Similarity to other seeds' maps of the same image at early stopping, by image and method. */
  readonly floors: Readonly<Record<Similarity, readonly (readonly Value[])[]>>;
  /** What the end of a map's colours stands for, by image, method and place. */
  readonly clips: readonly (readonly (readonly number[])[])[];
  /** By image and method: where the maps lie, and which of them each place shows. */
  readonly chunks: readonly (readonly ChunkPlace[])[];
  readonly maps: readonly (readonly (readonly number[])[])[];
  readonly levels: number;
  /** The engine that computed the maps. */
  readonly engine: string;
}

/** A statistic of a claim. */
export interface StatisticData {
  readonly variant: string;
  readonly statistic: string;
  readonly primary: boolean;
  readonly rule: string | null;
  readonly direction: string | null;
  readonly margin: Value;
  readonly value: Value;
  readonly low: Value;
  readonly high: Value;
  readonly p: Value;
  readonly seeds: number;
  readonly images: number;
  readonly verdict: string | null;
  /** Why it is open, and how many seeds would decide. */
  readonly open: string | null;
  readonly needed: Value;
}

export interface ClaimData {
  readonly number: number;
  readonly id: string;
  readonly text: string;
  readonly measured: string;
  readonly figure: string;
  readonly statistics: readonly StatisticData[];
}

/** A figure of curves, and the file behind it. */
export interface FigureData {
  /** Of its file, without folder and ending; what differs between variants is in `variant`. */
  readonly name: string;
  readonly variant: string;
  /** Data set and model. */
  readonly setting: string;
  readonly grid: CurveGrid;
  /** Of the file that its points were read from. */
  readonly source: string;
}

/** A file that numbers of the page come from. */
export interface SourceData {
  /** `stage.output` */
  readonly artifact: string;
  readonly task: string;
  /** SHA-256 of the file that was read. */
  readonly digest: string;
}

/** What people said, and whether it was of the maps that are shown here. */
export interface SurveyFindings {
  readonly rows: readonly ResultRow[];
  readonly ownMaps: boolean;
}

export interface StudyData {
  readonly question: string;
  readonly runs: readonly RunData[];
  readonly claims: readonly ClaimData[];
  readonly figures: readonly FigureData[];
  /** Null where nobody was asked. */
  readonly survey: SurveyFindings | null;
  readonly sources: Readonly<Record<string, SourceData | undefined>>;
  /** Parameters by the stages that declare them. */
  readonly parameters: readonly { readonly stage: string; readonly text: string }[];
  /** What `pipe` is called with besides: a profile, say. */
  readonly options: string;
  /** Runs whose maps lie in files beside the page; and images of a run that were left out to stay small. */
  readonly beside: boolean;
  readonly leftOut: number;
}
