import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'
import { Copy } from './icon.ts'
import { useToast } from './toast.tsx'

/** Copies a text and says so. */
export function CopyButton({
  text,
  label,
  done,
  size = 'small',
  iconOnly = false,
}: {
  text: string
  label: string
  done: string
  size?: 'small' | 'normal'
  iconOnly?: boolean
}) {
  const toast = useToast()
  const copy = async () => {
    if (await copyText(text)) toast(done)
  }
  return (
    <Button
      icon={Copy}
      size={size}
      iconOnly={iconOnly}
      variant={iconOnly ? 'quiet' : 'secondary'}
      onPress={() => {
        void copy()
      }}
    >
      {label}
    </Button>
  )
}
