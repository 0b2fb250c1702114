/**
 * An error that callers of a real engine would see with a Python class name.
 *
 * `exceptionType` is the full name that stands in `execution_error` (`ValueError`, `torch.OutOfMemoryError`):
 * workers decide by it, so the demo engine uses the same words.
 */
export class PythonError extends Error {
  readonly exceptionType: string
  /** Advice that a real engine appends to the message of some errors. */
  readonly tips: string

  constructor(exceptionType: string, message: string, tips = '') {
    super(message)
    this.exceptionType = exceptionType
    this.tips = tips
  }
}

/** A prompt that was interrupted between two nodes or at a progress tick. */
export class InterruptedPrompt extends Error {}
