import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { to } from '../../addresses.ts'
import { client } from '../../api/client.ts'
import { readTrouble } from '../../api/problems.ts'
import { effects } from '../../api/query-options/effects.ts'
import { users } from '../../api/query-options/users.ts'
import { readDraft } from '../../forms/draft.ts'
import { Page } from '../../shell/page.tsx'
import { OpenCommand } from '../../shell/sign-in-note.tsx'
import { t } from '../../text/en.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import styles from './start.module.css'

/** First question: how do I get in? The token stands in the fragment, which no server ever sees. */
export default function StartPage() {
  const [token] = useState(takeToken)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const redeem = useMutation({
    mutationFn: async (given: string) => {
      const me = await client.links.redeem({ body: { token: given } })
      queries.setQueryData(users.me().queryKey, me)
      const list = await queries.fetchQuery(effects.list())
      return list.data[0]?.slug
    },
    onSuccess: async slug => {
      await queries.invalidateQueries({ queryKey: users.me().queryKey })
      await (slug === undefined
        ? navigate({ to: to.effects, replace: true })
        : navigate({
            to: to.effect(slug),
            // Who was signed out in mid-form finds what was filled in, not the sample over it.
            search: hasDraft(slug) ? {} : { from: 'sample' },
            replace: true,
          }))
    },
  })
  const sent = useRef(false)
  const { mutate } = redeem
  const announce = useAnnounce()
  useEffect(() => {
    if (sent.current || token === undefined) return
    sent.current = true
    announce(t.start.working)
    mutate(token)
  }, [token, mutate, announce])

  if (token !== undefined && !redeem.isError)
    return (
      <Page title={t.start.title}>
        <div className={styles['working']}>
          <p>{t.start.working}</p>
          <ProgressBar value={undefined} label={t.start.working} />
        </div>
      </Page>
    )
  const trouble = redeem.isError ? readTrouble(redeem.error) : undefined
  return (
    <Page title={t.start.title} hideHeading>
      <Empty
        title={
          trouble
            ? trouble.code === 'link_invalid'
              ? t.start.failedTitle
              : trouble.sentence
            : t.start.noToken
        }
        text={t.start.how}
      >
        <OpenCommand />
      </Empty>
    </Page>
  )
}

const hasDraft = (slug: string): boolean => Object.keys(readDraft(slug).values).length > 0

/** Reads the token and clears the fragment at once: it stays in no history and no screenshot. */
function takeToken(): string | undefined {
  const token = location.hash.slice(1)
  if (token === '') return undefined
  history.replaceState(history.state, '', location.pathname)
  return token
}
