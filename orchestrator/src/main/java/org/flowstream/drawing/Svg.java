package org.flowstream.drawing;

import java.util.List;
import java.util.Locale;
import org.flowstream.click.GraphElement;
import org.flowstream.lowering.PortKinds;

/** A drawing as an SVG document that needs nothing else: no font, no style sheet, no script. */
public final class Svg {
    private static final double LEGEND = 24;
    private static final String STYLE = """
            <style>
            text { font: 11px monospace; fill: #1a1a1a; text-anchor: middle }
            .name { font-weight: bold }
            .config, .legend, .number { fill: #666666 }
            .number { font-size: 9px }
            .input .number, .legend { text-anchor: start }
            .output .number { text-anchor: end }
            .box { fill: #f4f7fb; stroke: #44546a }
            .connection path { fill: none; stroke: #44546a }
            .connection.pull path { stroke-dasharray: 5 3 }
            .mark { stroke: #44546a }
            .push .mark { fill: #44546a }
            .pull .mark { fill: #ffffff }
            .agnostic .mark { fill: #b8c2d0 }
            </style>
            """;

    private final StringBuilder out = new StringBuilder();

    private Svg() {}

    /**
     * The document.
     *
     * @param title what is drawn
     */
    public static String text(Drawing drawing, String title) {
        return new Svg().document(drawing, title);
    }

    private String document(Drawing drawing, String title) {
        double width = Math.max(drawing.width(), 420);
        double height = drawing.height() + LEGEND;
        out.append(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        attribute("width", width);
        attribute("height", height);
        attribute("viewBox", "0 0 " + Way.number(width) + " " + Way.number(height));
        out.append(">\n<title>").append(escape(title)).append("</title>\n").append(STYLE);
        out.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        drawing.lines().forEach(it -> line(it, drawing.boxes()));
        drawing.boxes().forEach(this::box);
        out.append("<text class=\"legend\"");
        attribute("x", 16);
        attribute("y", height - 10);
        out.append(">filled marks and full lines: push; hollow and dashed: pull</text>\n</svg>\n");
        return out.toString();
    }

    private void line(Drawing.Line line, List<Drawing.Box> boxes) {
        out.append("<g");
        attribute("class", "connection " + word(line.kind()));
        attribute("data-from", boxes.get(line.connection().from()).element().name());
        attribute("data-from-port", line.connection().fromPort());
        attribute("data-to", boxes.get(line.connection().to()).element().name());
        attribute("data-to-port", line.connection().toPort());
        out.append("><path");
        attribute("d", line.path());
        out.append("/></g>\n");
    }

    private void box(Drawing.Box box) {
        GraphElement element = box.element();
        out.append("<g class=\"element\"");
        attribute("data-name", element.name());
        attribute("data-class", element.className());
        out.append("><title>")
                .append(escape(element.name() + " :: " + element.className()))
                .append(element.configText().isEmpty() ? "" : escape("(" + element.configText() + ")"))
                .append(escape("\n" + element.position()))
                .append("</title>\n<rect class=\"box\" rx=\"3\"");
        attribute("x", box.x());
        attribute("y", box.y());
        attribute("width", box.width());
        attribute("height", box.height());
        out.append("/>\n");
        double inner = box.inputs().isEmpty() == box.outputs().isEmpty()
                ? 0
                : box.inputs().isEmpty() ? -10 : 10;
        double x = box.x() + box.width() / 2 + inner;
        double y = box.y() + box.height() / 2 + (box.config().isEmpty() ? -3 : -10);
        label("name", x, y, element.name());
        label("class", x, y + 14, element.className());
        if (!box.config().isEmpty()) {
            label("config", x, y + 28, box.config());
        }
        for (int i = 0; i < box.inputs().size(); i++) {
            Drawing.Port port = box.inputs().get(i);
            port("input", i, port.kind());
            out.append("<path class=\"mark\"");
            attribute("d", mark(box.x(), port.y(), "l8 4 l-8 4 z"));
            out.append("/>");
            label("number", box.x() + 10, port.y() + 3, Integer.toString(i));
            out.append("</g>\n");
        }
        for (int i = 0; i < box.outputs().size(); i++) {
            Drawing.Port port = box.outputs().get(i);
            double right = box.x() + box.width();
            port("output", i, port.kind());
            out.append("<path class=\"mark\"");
            attribute("d", mark(right - 6, port.y(), "h6 v8 h-6 z"));
            out.append("/>");
            label("number", right - 8, port.y() + 3, Integer.toString(i));
            out.append("</g>\n");
        }
        out.append("</g>\n");
    }

    private static String mark(double x, double y, String shape) {
        return "M" + Way.number(x) + " " + Way.number(y - 4) + " " + shape;
    }

    private void port(String side, int number, PortKinds.Kind kind) {
        out.append("<g");
        attribute("class", "port " + side + " " + word(kind));
        attribute("data-port", number);
        out.append('>');
    }

    private void label(String kind, double x, double y, String text) {
        out.append("<text");
        attribute("class", kind);
        attribute("x", x);
        attribute("y", y);
        out.append('>').append(escape(text)).append("</text>\n");
    }

    private void attribute(String name, double value) {
        attribute(name, Way.number(value));
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(escape(value)).append('"');
    }

    private static String word(PortKinds.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Text as XML 1.0 may hold it: other characters become U+FFFD. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(each -> {
            switch (each) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(isCharacter(each) ? each : 0xfffd);
            }
        });
        return escaped.toString();
    }

    private static boolean isCharacter(int each) {
        if (each < ' ') {
            return each == '\t' || each == '\n' || each == '\r';
        }
        return !(each > 0xd7ff && each < 0xe000) && each != 0xfffe && each != 0xffff;
    }
}
