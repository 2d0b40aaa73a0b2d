import { readFileSync, writeFileSync } from "node:fs";
import { init } from "echarts";

/** Reads charts from standard input, one for each number of keys, and draws them into the file in its argument. */
const WIDTH = 900;
const HEIGHT = 240;
/** @type {Record<string, string>} */
const COLORS = {
  "this provider": "#2f6fde",
  "native plugin": "#3aa676",
  floor: "#9aa4b2",
  "hand-written": "#e08a3c",
};
const charts = JSON.parse(readFileSync(0, "utf8"));
const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: charts.length * HEIGHT });
chart.setOption({
  animation: false,
  backgroundColor: "#ffffff",
  legend: { top: 8, right: 16 },
  title: charts.map(({ title }, index) => ({
    text: `${title}, seconds`,
    left: 12,
    top: index * HEIGHT + 8,
    textStyle: { fontSize: 13 },
  })),
  grid: charts.map((_, index) => ({ left: 56, right: 16, top: index * HEIGHT + 44, height: HEIGHT - 84 })),
  xAxis: charts.map(({ steps }, index) => ({ type: "category", gridIndex: index, data: steps })),
  yAxis: charts.map((_, index) => ({ type: "value", gridIndex: index })),
  series: charts.flatMap(({ series }, index) =>
    series.map(({ name, seconds }) => ({
      ...{
        type: "bar",
        name,
        data: seconds,
        itemStyle: { color: COLORS[name] },
        xAxisIndex: index,
        yAxisIndex: index,
      },
      label: { show: true, position: "top", fontSize: 9, formatter: ({ value }) => value?.toFixed(1) ?? "" },
    })),
  ),
});
writeFileSync(process.argv[2], chart.renderToSVGString());
chart.dispose();
