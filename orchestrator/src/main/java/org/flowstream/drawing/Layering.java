package org.flowstream.drawing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;

/**
 * Which layer each element stands in: behind all that send to it, but for connections that close a circle (the first two
 * steps of Sugiyama, Tagawa and Toda, IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981).
 */
final class Layering {
    private enum Mark {
        NEW,
        OPEN,
        DONE
    }

    private final int[] layers;
    private final List<List<Integer>> targets = new ArrayList<>();
    private final List<List<Integer>> forward = new ArrayList<>();
    private final Mark[] marks;

    private Layering(Graph graph) {
        int count = graph.elements().size();
        layers = new int[count];
        marks = new Mark[count];
        Arrays.fill(marks, Mark.NEW);
        for (int i = 0; i < count; i++) {
            targets.add(new ArrayList<>(2));
            forward.add(new ArrayList<>(2));
        }
        boolean[] entered = new boolean[count];
        for (Connection each : graph.connections()) {
            targets.get(each.from()).add(each.to());
            entered[each.to()] = true;
        }
        // Where packets begin the picture begins, so that circles are cut where they are entered.
        for (int i = 0; i < count; i++) {
            if (!entered[i]) {
                walk(i);
            }
        }
        for (int i = 0; i < count; i++) {
            walk(i);
        }
    }

    /** The layer of each element of the graph, from 0. */
    static int[] of(Graph graph) {
        Layering layering = new Layering(graph);
        layering.assign();
        return layering.layers;
    }

    /** Depth first, without recursion; connections back to an element that is still open are left out. */
    private void walk(int start) {
        if (marks[start] != Mark.NEW) {
            return;
        }
        Deque<int[]> path = new ArrayDeque<>();
        marks[start] = Mark.OPEN;
        path.push(new int[] {start, 0});
        while (!path.isEmpty()) {
            int[] at = path.element();
            if (at[1] == targets.get(at[0]).size()) {
                marks[at[0]] = Mark.DONE;
                path.pop();
                continue;
            }
            int to = targets.get(at[0]).get(at[1]++);
            if (marks[to] != Mark.OPEN) {
                forward.get(at[0]).add(to);
            }
            if (marks[to] == Mark.NEW) {
                marks[to] = Mark.OPEN;
                path.push(new int[] {to, 0});
            }
        }
    }

    private void assign() {
        int count = layers.length;
        int[] missing = new int[count];
        forward.forEach(each -> each.forEach(to -> missing[to]++));
        boolean[] first = new boolean[count];
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            first[i] = missing[i] == 0;
            if (first[i]) {
                ready.add(i);
            }
        }
        while (!ready.isEmpty()) {
            int from = ready.remove();
            for (int to : forward.get(from)) {
                layers[to] = Math.max(layers[to], layers[from] + 1);
                if (--missing[to] == 0) {
                    ready.add(to);
                }
            }
        }
        // What nothing comes before stands close to what it sends to.
        for (int i = 0; i < count; i++) {
            if (first[i]) {
                layers[i] = forward.get(i).stream()
                        .mapToInt(to -> layers[to] - 1)
                        .min()
                        .orElse(0);
            }
        }
    }
}
