/** Lets one holder at a time in, in the order of asking. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve()

  /** Runs `fn` alone. A failure of one holder does not concern the next. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    const before = this.#tail
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#tail = promise
    await before
    try {
      return await fn()
    } finally {
      resolve()
    }
  }
}
