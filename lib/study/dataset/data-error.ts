/** A mistake in the user's files, or in the parameters that describe them: not a fault of the program. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
