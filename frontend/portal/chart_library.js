// What a chart of stacked bars needs of Chart.js; loaded by the pages that have one.
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip);

export default Chart;
