package org.flowstream.qemutests.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the model says of sites that are small enough to be worked out by hand. */
class ModelTest {
    private static final Flow WEB = new Flow(Flow.Family.TCP, 0, 2, 0, 1000);

    /** From endpoint a to b, addresses 1 to 2. */
    private static Header tcp(int port) {
        return new Header(Header.Kind.TCP, 0, 2, 1, 2, 2000, port);
    }

    private static Chain chain(int slot, Flow flow, int priority, boolean open, int... boxes) {
        return new Chain(
                slot,
                0,
                1,
                flow,
                priority,
                open,
                false,
                false,
                java.util.Arrays.stream(boxes).mapToObj(box -> new Box(box, 0)).toList(),
                false);
    }

    private static Site site(Chain... chains) {
        Site site = new Site(new TreeMap<>(), Site.bare().ports());
        for (Chain chain : chains) {
            site = site.with(chain);
        }
        return site;
    }

    private static String way(Phase phase, Header header) {
        return phase.way(header).map(Way::toString).orElse("several");
    }

    @Test
    void aFlowPassesItsChainForwardAndBackAndNothingElseDoes() {
        Phase phase = Phase.of(site(chain(0, WEB, 100, false, 0, 1)));
        assertThat(way(phase, tcp(1000))).isEqualTo("m0.0> m1.0> out by b");
        assertThat(way(phase, new Header(Header.Kind.TCP, 1, 0, 2, 1, 1000, 2000)))
                .isEqualTo("m1.0< m0.0< out by a");
        assertThat(way(phase, tcp(2000))).isEqualTo("switched");
    }

    @Test
    void theHighestPriorityTakesAPacketAndWhatDoesNotTellIsDropped() {
        Chain web = chain(0, WEB, 100, false, 0);
        Chain all = chain(1, new Flow(Flow.Family.ANY, 0, 0, 0, 0), 50, false, 3);
        Header later = new Header(Header.Kind.LATER_TCP, 0, 2, 1, 2, 0, 0);
        assertThat(way(Phase.of(site(web, all)), tcp(1000))).isEqualTo("m0.0> out by b");
        assertThat(way(Phase.of(site(web, all)), tcp(2000))).isEqualTo("m3.0> out by b");
        assertThat(way(Phase.of(site(web, all)), later)).isEqualTo("dropped");
        assertThat(way(Phase.of(site(web)), later)).isEqualTo("m0.0> out by b");
        Chain above = chain(1, new Flow(Flow.Family.ANY, 0, 0, 0, 0), 200, false, 3);
        assertThat(way(Phase.of(site(web, above)), later)).isEqualTo("m3.0> out by b");
    }

    @Test
    void whatIsDeadIsGoneAroundOrNotAsThePolicySays() {
        Set<Integer> dead = Set.of(1);
        assertThat(way(new Phase(site(chain(0, WEB, 100, false, 0, 1)), dead, Set.of()), tcp(1000)))
                .isEqualTo("m0.0> dropped");
        assertThat(way(new Phase(site(chain(0, WEB, 100, true, 0, 1)), dead, Set.of()), tcp(1000)))
                .isEqualTo("m0.0> out by b");
        assertThat(way(new Phase(site(chain(0, WEB, 100, true, 0, 1)), Set.of(), dead), tcp(1000)))
                .isEqualTo("several");
    }

    @Test
    void chainsOfOnePriorityThatMeetAtAPortClash() {
        Chain web = chain(0, WEB, 100, false, 0);
        assertThat(web.clashes(chain(1, new Flow(Flow.Family.TCP, 1, 0, 0, 0), 100, false, 3)))
                .isTrue();
        assertThat(web.clashes(chain(1, new Flow(Flow.Family.TCP, 1, 3, 0, 0), 100, false, 3)))
                .isFalse();
        assertThat(web.clashes(chain(1, new Flow(Flow.Family.TCP, 1, 0, 0, 0), 101, false, 3)))
                .isFalse();
    }

    @Test
    void aPacketUnderWayMayGoOnAsItIsThenButNeverBackOrElsewhere() {
        Phase before = Phase.of(site(chain(0, WEB, 100, false, 0, 1)));
        Phase after = Phase.of(site(chain(0, WEB, 100, false, 0, 2)));
        List<Phase> both = List.of(before, after);
        Mark first = new Mark(0, 0, true);
        Mark old = new Mark(1, 0, true);
        Mark young = new Mark(2, 0, true);
        assertThat(Judge.allows(both, tcp(1000), List.of(first, old), 1)).isTrue();
        assertThat(Judge.allows(both, tcp(1000), List.of(first, young), 1)).isTrue();
        assertThat(Judge.allows(both, tcp(1000), List.of(first), 1)).isFalse();
        assertThat(Judge.allows(both, tcp(1000), List.of(), 1)).isFalse();
        assertThat(Judge.allows(both, tcp(1000), List.of(first, old), 2)).isFalse();
        assertThat(Judge.allows(List.of(after), tcp(1000), List.of(first, old), 1))
                .isFalse();
        // Into m1 as it was, and out of it as nothing leads there any more.
        assertThat(Judge.allows(both, tcp(1000), List.of(first, old, young), 1)).isFalse();
    }

    @Test
    void theSameSeedGivesTheSameSteps() {
        Site site = Site.bare();
        Site again = Site.bare();
        int most = 0;
        for (int number = 1; number <= 2000; number++) {
            Step step = Generator.step(7, number, site, true);
            assertThat(Generator.step(7, number, again, true)).isEqualTo(step);
            site = step.after(site);
            again = step.after(again);
            Site now = site;
            assertThat(now.chains().values()).allMatch(now::hasRoomFor);
            most = Math.max(most, now.chains().size());
        }
        assertThat(most).isEqualTo(6);
    }
}
