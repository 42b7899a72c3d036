package org.flowstream.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The order of the packages, and that the check of it can fail. */
final class LayeringTest {
    private static final String ROOT = "org.flowstream";
    private static final String FIXTURE = "org.flowstream.architecture.fixture";

    private static final List<List<String>> ROWS = List.of(
            List.of("net", "problem", "model"),
            List.of("element", "click", "verification", "lowering", "drawing", "template", "image"),
            List.of("chain", "document", "domain", "rules", "plan"),
            List.of("host", "libvirt", "process", "stream", "ovsdb", "openflow", "control", "trial"),
            List.of(
                    "store",
                    "reconcile",
                    "health",
                    "pool",
                    "firstpacket",
                    "operation",
                    "event",
                    "metrics",
                    "doctor",
                    "trace"),
            List.of("api", "daemon"));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages(ROOT);

    @Test
    void packagesImportOnlyFromEarlierRowsAndFromWhatTheyName() {
        assertThat(MAIN).as("classes found").hasSizeGreaterThan(ROWS.size());
        assertThat(new House(ROOT, ROWS).violations(MAIN)).isEmpty();
    }

    @Test
    void theRootHoldsAnnotationsOnly() {
        assertThat(MAIN.stream()
                        .filter(type -> type.getPackageName().equals(ROOT))
                        .filter(type -> !type.isAnnotation())
                        .map(JavaClass::getName))
                .isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(MAIN.stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .filter(each -> !each.getName().equals(ROOT))
                        .filter(each -> each.tryGetPackageInfo()
                                .filter(info -> info.isAnnotatedWith(NullMarked.class))
                                .isEmpty())
                        .map(each -> each.getName()))
                .isEmpty();
    }

    @Test
    void aLaterRowIsRefused() {
        assertThat(fixture(List.of(List.of("lower", "side"), List.of("upper"))))
                .containsExactly("lower imports upper: " + FIXTURE + ".lower.ReachesUp -> " + FIXTURE + ".upper.Upper");
    }

    @Test
    void anUnnamedPackageOfTheSameRowIsRefused() {
        assertThat(fixture(List.of(List.of("lower", "side", "upper"))))
                .containsExactly(
                        "lower imports upper: " + FIXTURE + ".lower.ReachesUp -> " + FIXTURE + ".upper.Upper",
                        "upper imports side: " + FIXTURE + ".upper.Upper -> " + FIXTURE + ".side.Side");
    }

    @Test
    void anUnlistedPackageIsRefused() {
        assertThat(fixture(List.of(List.of("upper"), List.of("lower"))))
                .contains("package side stands in no row")
                .anyMatch(line -> line.startsWith("upper imports side: "));
    }

    @Test
    void aNameFromAnotherRowIsRefused() {
        assertThat(fixture(List.of(List.of("side"), List.of("upper"), List.of("lower"))))
                .containsExactly("package lower names side, which is not another package of its row");
    }

    @Test
    void namesInACircleAreRefused() {
        assertThat(new House(FIXTURE + ".circle", List.of(List.of("left", "right"))).violations(imported("circle")))
                .containsExactly("packages name each other in a circle: left -> right -> left");
    }

    @Test
    void aPackageStandsInOneRow() {
        assertThatThrownBy(() -> new House(ROOT, List.of(List.of("net"), List.of("net"))))
                .hasMessage("package net stands in two rows");
    }

    private static List<String> fixture(List<List<String>> rows) {
        return new House(FIXTURE, rows).violations(imported("lower", "side", "upper"));
    }

    private static JavaClasses imported(String... names) {
        return new ClassFileImporter()
                .importPackages(List.of(names).stream()
                        .map(name -> FIXTURE + "." + name)
                        .toList());
    }
}
