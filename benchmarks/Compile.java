import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.flowstream.element.ElementLibrary;
import org.flowstream.lowering.ConfigurationCompiler;
import org.flowstream.lowering.Devices;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** Compiles configurations for the engine: FILE.click becomes FILE.blob; prints FILE, bytes, and milliseconds or what is wrong. */
final class Compile {
    public static void main(String[] files) throws IOException {
        ElementLibrary library = ElementLibrary.load();
        for (String file : files) {
            String text = Files.readString(Path.of(file));
            Problems problems = new Problems();
            long start = System.nanoTime();
            var compiled = ConfigurationCompiler.compile(
                    new SourceText(file, text), Map.of(), library, Devices.NUMBERED, problems);
            double milliseconds = (System.nanoTime() - start) / 1e6;
            if (compiled.isPresent()) {
                byte[] blob = compiled.get().blob().toBytes();
                Files.write(Path.of(file.replaceFirst("\\.click$", ".blob")), blob);
                System.out.printf("%s\tok\t%d\t%.1f%n", file, blob.length, milliseconds);
            } else {
                Problem first = problems.list().get(0);
                System.out.printf("%s\tno\t%s%n", file, first.message().replace('\n', ' '));
            }
        }
    }
}
