import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet, Link, useNavigate } from '@tanstack/react-router'
import {
  lazy,
  Suspense,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { to } from '../addresses.ts'
import { can } from '../api/can.ts'
import { client } from '../api/client.ts'
import { LiveContext, useMe, useSite } from '../api/live.tsx'
import { useOnline } from '../api/online.ts'
import { users } from '../api/query-options/users.ts'
import { Tray } from '../jobs/tray.tsx'
import { t } from '../text/en.ts'
import { useAnnounce } from '../ui/announcer.tsx'
import { Button } from '../ui/button.tsx'
import {
  Gauge,
  Images,
  Keyboard,
  ListChecks,
  LogOut,
  Monitor,
  Moon,
  Rows3,
  Sparkles,
  Sun,
  User,
  WifiOff,
} from '../ui/icon.ts'
import { Menu } from '../ui/menu.tsx'
import { useToast } from '../ui/toast.tsx'
import { newVersion } from './new-version.ts'
import { VisitContext, type Visit } from './page.tsx'
import { useShortcuts } from './shortcuts.ts'
import { useCompact, useTheme, type Theme } from './theme.ts'
import styles from './app-shell.module.css'

// Its dialog weighs as much as a page; most visits never open it.
const KeysDialog = lazy(async () => ({ default: (await import('./keys-dialog.tsx')).KeysDialog }))

/** What stands around every page: header, bars, activity, keys. */
export function AppShell() {
  const me = useMe()
  const { events } = useContext(LiveContext)
  const navigate = useNavigate()
  const [showsKeys, setShowsKeys] = useState(false)
  const [visit] = useState<Visit>({ first: undefined, moved: false })
  const signedIn = me?.user != null
  const isAdmin = can.console(me)
  useEffect(() => {
    if (!signedIn) return
    events.start()
    return events.stop
  }, [signedIn, events])
  const go = (address: string) => () => {
    void navigate({ to: address })
  }
  useShortcuts({
    '/': () => {
      const search = document.querySelector<HTMLInputElement>('input[type=search]')
      if (search) search.focus()
      else void navigate({ to: to.effects, search: { focus: 'search' } })
    },
    '?': () => {
      setShowsKeys(true)
    },
    'g e': go(to.effects),
    'g j': go(to.jobs),
    'g r': go(to.results),
    ...(isAdmin ? { 'g c': go(to.console) } : {}),
  })

  return (
    <VisitContext value={visit}>
      <a className={styles['skip']} href="#content">
        {t.app.skip}
      </a>
      <header className={styles['header']}>
        <div className={styles['bar']}>
          <Brand />
          <nav className={styles['nav']} aria-label={t.app.navigation}>
            <NavLink address={to.effects} word={t.nav.effects} icon={Sparkles} />
            <NavLink address={to.jobs} word={t.nav.jobs} icon={ListChecks} />
            <NavLink address={to.results} word={t.nav.results} icon={Images} />
            {isAdmin ? <NavLink address={to.console} word={t.nav.console} icon={Gauge} /> : null}
          </nav>
          <div className={styles['end']}>
            <ThemeMenu />
            <Account
              onKeys={() => {
                setShowsKeys(true)
              }}
            />
          </div>
        </div>
      </header>
      <Bars />
      <main id="content" className={styles['main']}>
        <Outlet />
      </main>
      {signedIn ? <Tray /> : null}
      {showsKeys ? (
        <Suspense>
          <KeysDialog
            admin={isAdmin}
            onClose={() => {
              setShowsKeys(false)
            }}
          />
        </Suspense>
      ) : null}
    </VisitContext>
  )
}

function Brand() {
  const name = useSite()?.name ?? t.app.name
  return (
    <Link to={to.effects} className={styles['brand']}>
      <span className={styles['mark']} aria-hidden />
      <span className={styles['brandName']}>{name}</span>
    </Link>
  )
}

function NavLink({
  address,
  word,
  icon: Icon,
}: {
  address: string
  word: string
  icon: typeof Sparkles
}) {
  return (
    <Link to={address} className={styles['navLink']}>
      <Icon aria-hidden />
      <span>{word}</span>
    </Link>
  )
}

function ThemeMenu() {
  const [theme, choose] = useTheme()
  const [compact, chooseCompact] = useCompact()
  const rows: readonly { id: Theme; word: string; icon: typeof Sun }[] = [
    { id: 'light', word: t.theme.light, icon: Sun },
    { id: 'dark', word: t.theme.dark, icon: Moon },
    { id: 'system', word: t.theme.system, icon: Monitor },
  ]
  const icon = rows.find(row => row.id === theme)?.icon ?? Monitor
  return (
    <Menu
      label={t.theme.label}
      trigger={
        <Button iconOnly icon={icon} variant="quiet" onPress={() => undefined}>
          {t.theme.label}
        </Button>
      }
      entries={[
        ...rows.map(row => ({
          ...row,
          chosen: row.id === theme,
          onAction: () => {
            choose(row.id)
          },
        })),
        {
          id: 'compact',
          word: t.theme.density,
          icon: Rows3,
          chosen: compact,
          onAction: () => {
            chooseCompact(!compact)
          },
        },
      ]}
    />
  )
}

function Account({ onKeys }: { onKeys: () => void }) {
  const me = useMe()
  const queries = useQueryClient()
  const toast = useToast()
  const signOut = useMutation({
    mutationFn: () => client.sessions.end(),
    onSuccess: () => {
      queries.removeQueries({
        predicate: query => query.queryKey[0] === 'jobs' || query.queryKey[0] === 'assets',
      })
      void queries.invalidateQueries({ queryKey: users.me().queryKey })
      toast(t.account.signedOut)
    },
  })
  if (!me) return <span className={styles['accountPlace']} />
  const keys = { id: 'keys', word: t.account.shortcuts, icon: Keyboard, onAction: onKeys }
  return (
    <Menu
      label={me.user ? t.account.label(me.user.name) : t.signIn.short}
      trigger={
        <Button iconOnly icon={User} variant="quiet" onPress={() => undefined}>
          {me.user ? t.account.label(me.user.name) : t.signIn.short}
        </Button>
      }
      entries={
        me.user
          ? [
              keys,
              {
                id: 'out',
                word: t.account.signOut,
                icon: LogOut,
                onAction: () => {
                  signOut.mutate()
                },
              },
            ]
          : [keys]
      }
    />
  )
}

/** Bars below the header: no connection, no answer, a new version. */
function Bars() {
  const isOnline = useOnline()
  const isStale = useSyncExternalStore(newVersion.subscribe, newVersion.isStale)
  const announce = useAnnounce()
  // Asked for only while something has failed to answer; its own answer ends the bar.
  const me = useQuery({
    ...users.me(),
    refetchInterval: query => (query.state.status === 'error' ? 3_000 : false),
  })
  const queries = useQueryClient()
  const away = me.isError && isOnline
  const wasAway = useRef(false)
  useEffect(() => {
    if (wasAway.current && !away) void queries.invalidateQueries()
    wasAway.current = away
  }, [away, queries])
  const text = !isOnline
    ? t.app.offline
    : away
      ? t.app.unreachable
      : isStale
        ? t.app.newVersion
        : undefined
  useEffect(() => {
    if (text !== undefined) announce(text)
  }, [text, announce])
  if (text === undefined) return null
  return (
    <div className={styles['notice']} data-tone={isStale ? 'news' : 'trouble'}>
      <WifiOff aria-hidden />
      <span>{text}</span>
      {isStale ? (
        <Button
          size="small"
          onPress={() => {
            location.reload()
          }}
        >
          {t.app.reload}
        </Button>
      ) : null}
    </div>
  )
}
