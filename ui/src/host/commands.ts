import type { Commands as Bridged, LongCommands } from "../bindings/Commands";

/** What `findings` may be narrowed by; an absent list narrows nothing. */
export type FindingFilter = Bridged["findings"]["args"];

/** Dialogs of the machine that the window runs on; only the desktop host has them. */
type Dialogs = {
  pick_exports: { args: { folder: boolean }; result: string[] };
  pick_case: { args: { save: boolean }; result: string | null };
  pick_save: { args: { name: string; extension: string }; result: string | null };
};

/** Questions and acts that answer at once, as the bridge's table has them. */
export type Commands = Bridged & Dialogs;

/** Acts that take long and say how far they are. */
export type { LongCommands };

export type Command = keyof Commands;
export type LongCommand = keyof LongCommands;
