// The front page of the module.
//
// Figures turns numbers and names into drawings. A chart is a description: rows with named fields, an axis each way, and layers
// of marks whose channels name the fields they show. Two renderers draw every chart: as SVG for pages, the same bytes for the same
// chart, and as a Vega-Lite specification for whoever wants another drawing of the same numbers.
//
// It does not know what a number means, nor where a drawing is shown: colours are the page's style, by class. No mark can hold
// script, and every text is escaped.
//
// It may import Words and Digests (for JSON). Logbooks describes its figures with it.
//
//     Chart                                                  read this first: rows, axes, layers
//     Mark, Channel, Scale, Colours                          what a layer draws, what it shows, what axes and colours are of
//     Figure                                                 a chart with its name, title and caption
//     Charts/                                                descriptions that several figures share, a file each: DotChart,
//                                                            ForestChart, CurveChart, ScatterChart, HeatChart, MapChart,
//                                                            TimelineChart, GraphChart
//     SVG/SVGRenderer                                        a chart as SVG; Canvas writes the elements, Axis finds round numbers,
//                                                            Layout is where things are, one file each way: RowLayout,
//                                                            PlaneLayout, MatrixLayout, DrawnLayout
//     VegaLiteRenderer                                       a chart as a Vega-Lite specification
