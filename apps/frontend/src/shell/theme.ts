/** Light, dark, or as the system. `/theme.js` reads the same key before the first paint. */
import { useCallback, useState } from 'react'

export type Theme = 'light' | 'dark' | 'system'
const themeKey = 'bp.theme'

const stored = (): Theme => {
  const theme = document.documentElement.dataset['theme']
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

const densityKey = 'bp.density'

/** Compact rows and controls; touch screens keep theirs large. */
export function useCompact(): readonly [boolean, (compact: boolean) => void] {
  const [compact, setCompact] = useState(
    () => document.documentElement.dataset['density'] === 'compact',
  )
  const choose = useCallback((next: boolean) => {
    setCompact(next)
    if (next) document.documentElement.dataset['density'] = 'compact'
    else delete document.documentElement.dataset['density']
    try {
      if (next) localStorage.setItem(densityKey, 'compact')
      else localStorage.removeItem(densityKey)
    } catch {
      // Storage is blocked: the choice holds for this page only.
    }
  }, [])
  return [compact, choose]
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(stored)
  const choose = useCallback((next: Theme) => {
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = next
    try {
      if (next === 'system') localStorage.removeItem(themeKey)
      else localStorage.setItem(themeKey, next)
    } catch {
      // Storage is blocked: the choice holds for this page only.
    }
  }, [])
  return [theme, choose]
}
