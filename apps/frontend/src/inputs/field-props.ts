import type { FieldSchema } from '@bp/contracts/inputs/schema'

/** What every field kind gets. Values are those of the wire: nothing is converted on the way out. */
export interface FieldProps {
  readonly name: string
  readonly id: string
  readonly title: string
  readonly schema: FieldSchema
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly onBlur: () => void
  /** Id of the texts that describe the field (help, fault). */
  readonly describedBy: string | undefined
  readonly invalid: boolean
  /** Address of a sample file of the effect, for file kinds. */
  readonly sampleUrl: string | undefined
}
