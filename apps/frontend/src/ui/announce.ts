/**
 * One polite live region for the whole page. Screen readers drop words that come too fast, so at most one sentence
 * each two seconds is said; of those that wait, the newest wins.
 */
const pauseMs = 2_000

export interface Announcements {
  readonly announce: (sentence: string) => void
  /** The element that is read out; null when it is gone. */
  readonly attach: (region: HTMLElement | null) => void
}

/** Makes an announcer; what is said before a region is attached is lost. */
export function createAnnouncer(): Announcements {
  let place: HTMLElement | null = null
  let waiting: string | undefined
  let busy = false
  const say = (sentence: string) => {
    busy = true
    if (place) place.textContent = sentence
    setTimeout(() => {
      busy = false
      if (waiting === undefined) return
      const next = waiting
      waiting = undefined
      say(next)
    }, pauseMs)
  }
  return {
    announce: sentence => {
      if (busy) waiting = sentence
      else say(sentence)
    },
    attach: region => {
      place = region
    },
  }
}
