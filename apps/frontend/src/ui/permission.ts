/** May this be done? True, or the reason why not, in words. Buttons take it as `can`; none takes `disabled`. */
export type Permission = true | { readonly reason: string }
