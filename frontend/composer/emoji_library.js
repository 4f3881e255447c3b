// The emoji with their names; loaded when somebody opens the picker.
import data from "emoji-picker-element-data/en/emojibase/data.json";

export default data;
