/** A search that the database gave up: too much matches before anything can be shown. */
export class TooBroadError extends Error {
  override readonly name = 'TooBroadError';
}

/** Bytes that are private in every package that brought them. */
export class SealedError extends Error {
  override readonly name = 'SealedError';
}
