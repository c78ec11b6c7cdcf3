/** Of `pipe experiment`; apart, so that the program does not load what does them. */
export const ACTIONS = ['list', 'apply', 'remove', 'rename', 'export'] as const;
