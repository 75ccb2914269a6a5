/** What each call costs. */
export const POINTS_OF_CALL = { script: 5, polish: 3, voice_clone: 50 } as const;
export const POINTS_OF_SECOND = { tts: 2, video: 10 } as const;
/** A video is estimated by its longest: what it takes less comes back. */
export const SECONDS_OF_VIDEO_MAX = 60;

export type PricedCall = keyof typeof POINTS_OF_CALL;
