/** Version of what `features` means for the same weights and taps; part of every fingerprint. */
export const TAP_SPEC_VERSION = 1;
/** The same for images. */
export const IMAGE_TAP_SPEC_VERSION = 1;
