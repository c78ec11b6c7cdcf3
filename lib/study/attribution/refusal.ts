/** A method that does not suit the net, in words for whoever asked for it. */
export class MethodRefusal extends Error {
  override readonly name = 'MethodRefusal';
}
