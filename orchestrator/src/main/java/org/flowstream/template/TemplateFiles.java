package org.flowstream.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.SourceText;

/** Where a template's files are: a folder on disk, or one of the stock templates inside the program. */
public sealed interface TemplateFiles {
    /** The largest file that is read, bytes. */
    long LARGEST = 1 << 20;

    /** The file's name as errors show it. */
    String shown(String path);

    /** The file's bytes; empty when there is no such file. */
    Optional<byte[]> bytes(String path);

    /** Where a file is that may be large; empty when there is none, and for templates that are not in a folder. */
    default Optional<Path> file(String path) {
        return Optional.empty();
    }

    /** Every file, by path within the template, sorted. */
    List<String> list();

    /** The file as UTF-8 text; empty when there is none. A file of another encoding is a {@link BadValueException}. */
    default Optional<SourceText> text(String path) {
        return bytes(path).map(bytes -> {
            try {
                return new SourceText(
                        shown(path),
                        UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
            } catch (CharacterCodingException e) {
                throw BadValueException.of(shown(path) + " is not UTF-8 text");
            }
        });
    }

    /** A folder on disk, named as the user named it. */
    record Folder(Path folder) implements TemplateFiles {
        @Override
        public String shown(String path) {
            return folder.resolve(path).toString();
        }

        @Override
        public Optional<byte[]> bytes(String path) {
            Path root = folder.toAbsolutePath().normalize();
            Path file = root.resolve(path).normalize();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                return Optional.empty();
            }
            try {
                if (Files.size(file) > LARGEST) {
                    throw BadValueException.of(shown(path) + " has " + Files.size(file)
                            + " bytes; a template's file has at most " + LARGEST);
                }
                return Optional.of(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + shown(path), e);
            }
        }

        @Override
        public Optional<Path> file(String path) {
            Path file = folder.resolve(path);
            return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
        }

        @Override
        public List<String> list() {
            try (Stream<Path> walk = Files.walk(folder)) {
                return walk.filter(Files::isRegularFile)
                        .map(it -> folder.relativize(it).toString())
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + folder, e);
            }
        }
    }

    /** One of the templates that come with the program, from the class path. */
    record Stock(String name) implements TemplateFiles {
        private static final String ROOT = "/org/flowstream/templates/";

        /** The names of all stock templates, sorted. */
        public static List<String> names() {
            return lines("index");
        }

        @Override
        public String shown(String path) {
            return name + "/" + path;
        }

        @Override
        public Optional<byte[]> bytes(String path) {
            return resource(name + "/" + path);
        }

        @Override
        public List<String> list() {
            return lines("files").stream()
                    .filter(it -> it.startsWith(name + "/"))
                    .map(it -> it.substring(name.length() + 1))
                    .toList();
        }

        private static List<String> lines(String path) {
            byte[] bytes = resource(path)
                    .orElseThrow(() -> new IllegalStateException("the stock templates are missing from the program"));
            return new String(bytes, UTF_8).lines().filter(it -> !it.isBlank()).toList();
        }

        private static Optional<byte[]> resource(String path) {
            try (InputStream in = TemplateFiles.class.getResourceAsStream(ROOT + path)) {
                return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException("reading the stock template's " + path, e);
            }
        }
    }

    /** A bare configuration: a file alone. */
    record Single(SourceText text) implements TemplateFiles {
        @Override
        public String shown(String path) {
            return path;
        }

        @Override
        public Optional<byte[]> bytes(String path) {
            return path.equals(text.file()) ? Optional.of(text.text().getBytes(UTF_8)) : Optional.empty();
        }

        @Override
        public List<String> list() {
            return List.of(text.file());
        }
    }
}
