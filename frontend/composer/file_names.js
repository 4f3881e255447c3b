// A file's name as a machine reads it: a control of direction in it would show another kind of file.
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** @param {File} file */
export const shownName = (file) => file.name.replace(CONTROLS, "");
