import type { ReactNode } from 'react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { Button } from './button.tsx'
import { X } from './icon.ts'
import styles from './dialog.module.css'

/** A layer over the page with its own focus; Esc and the close button end it, focus returns to what opened it. */
export function Dialog({
  title,
  close,
  open,
  onClose,
  children,
}: {
  title: string
  close: string
  open: boolean
  onClose: () => void
  children: ReactNode
}) {
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={open}
      isDismissable
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <Modal className={styles['modal'] ?? ''}>
        <AriaDialog className={styles['dialog'] ?? ''}>
          <header className={styles['head']}>
            <Heading slot="title" level={2} className={styles['title'] ?? ''}>
              {title}
            </Heading>
            <Button iconOnly icon={X} variant="quiet" onPress={onClose}>
              {close}
            </Button>
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
