import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
/** A picture that somebody wants to start with, on its way from where it was dropped to the effect that is chosen. */
import type { Asset } from '@bp/contracts/shapes/assets'

export type CarriedPicture =
  | { readonly kind: 'file'; readonly file: File; readonly previewUrl: string }
  | { readonly kind: 'asset'; readonly asset: Asset; readonly previewUrl: string }

interface Carried {
  readonly picture: CarriedPicture | undefined
  readonly carryFile: (file: File) => void
  readonly carryAsset: (asset: Asset, previewUrl: string) => void
  readonly putAway: () => void
}
const CarriedContext = createContext<Carried>({
  picture: undefined,
  carryFile: () => undefined,
  carryAsset: () => undefined,
  putAway: () => undefined,
})
export const useCarried = (): Carried => useContext(CarriedContext)

export function CarriedProvider({ children }: { children: ReactNode }) {
  const [picture, setPicture] = useState<CarriedPicture>()
  const value = useMemo<Carried>(() => {
    const replace = (next: CarriedPicture | undefined) => {
      setPicture(now => {
        if (now?.kind === 'file') URL.revokeObjectURL(now.previewUrl)
        return next
      })
    }
    return {
      picture,
      carryFile: file => {
        replace({ kind: 'file', file, previewUrl: URL.createObjectURL(file) })
      },
      carryAsset: (asset, previewUrl) => {
        replace({ kind: 'asset', asset, previewUrl })
      },
      putAway: () => {
        replace(undefined)
      },
    }
  }, [picture])
  return <CarriedContext value={value}>{children}</CarriedContext>
}
