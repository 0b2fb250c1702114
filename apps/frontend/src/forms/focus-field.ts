/** Puts the focus on a field's control, by the id of its frame, and brings it into sight. */
export function focusField(id: string): void {
  // After the render that shows the fault: its text describes the control.
  requestAnimationFrame(() => {
    const place = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(id)}"]`)
    place?.closest('details')?.setAttribute('open', '')
    const control =
      document.getElementById(id) ??
      place?.querySelector<HTMLElement>('input:not([aria-hidden]), button, textarea')
    control?.focus()
    control?.scrollIntoView({ block: 'center' })
  })
}
