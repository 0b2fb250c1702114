/** The way out: every call of the app goes through this one client. */
import { createClient } from '@bp/client'

/** Told when the server answers 401: the session has ended, whatever the page believes. */
export const signedOut = new EventTarget()

export const client = createClient({
  onUnauthorized: () => {
    signedOut.dispatchEvent(new Event('signed-out'))
  },
})
