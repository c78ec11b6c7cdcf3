/** What `pipe init` can begin with, and what has to be typed then. */
export const templates = {
  commands: 'pipe run',
  typescript: 'pipe run',
  python: 'pipe run',
  study: 'npm install && pipe run',
} as const;

export type Template = keyof typeof templates;
