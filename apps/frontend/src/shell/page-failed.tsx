import { readTrouble } from '../api/problems.ts'
import { TroubleNote } from '../api/trouble-note.tsx'
import { t } from '../text/en.ts'
import { Page } from './page.tsx'

/** A page whose own code failed: said in words, with a way on. */
export function PageFailed({ error }: { error: unknown }) {
  return (
    <Page title={t.errors.unknown.sentence}>
      <TroubleNote
        trouble={readTrouble(error)}
        onAgain={() => {
          location.reload()
        }}
      />
    </Page>
  )
}
